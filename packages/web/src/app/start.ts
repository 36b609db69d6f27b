import './styles.ts';
import { config } from 'zod/v4/core';

// The schema library would compile its parsers with `new Function`; the content security policy forbids it.
config({ jitless: true });
