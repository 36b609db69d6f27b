export { openAuditRecorder, type SpooledRecorderOptions } from './open-recorder.ts';
