#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Types are stripped and code is compiled once per change instead of once per start.
enableCompileCache();
const { runCli } = await import('./cli/cli.ts');

process.exitCode = await runCli(process.argv.slice(2));
