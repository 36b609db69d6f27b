/** What a command leaves behind for `runCli`. */
export interface CommandContext {
  exitCode: number;
}
