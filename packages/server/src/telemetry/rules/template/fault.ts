/** A template that cannot be read or evaluated; `at` is an offset in it, where one is known. */
export class TemplateFault extends Error {
  readonly at: number | undefined;

  constructor(message: string, at?: number) {
    super(message);
    this.name = 'TemplateFault';
    this.at = at;
  }
}
