import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSeededRandom } from '../../../../test/seeded-random.ts';
import {
  contents,
  copied,
  digests,
  removed,
  temporary,
  testEntry,
  testOptions,
  testPolicy,
} from '../ledger-fixture.ts';
import { openLedger } from '../ledger.ts';
import { leafHash } from '../merkle/hashing.ts';
import { verifyLog } from './verify-log.ts';
import type { Finding, Verification } from './findings.ts';
