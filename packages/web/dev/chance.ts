let seed = 42;
/** Numbers that look random and are the same at every start. */
export function random(): number {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
export function makeId(prefix: string): string {
  let text = `${prefix}_01kd`;
  for (let index = 0; index < 22; index += 1) text += alphabet[Math.floor(random() * 32)] ?? '0';
  return text;
}
