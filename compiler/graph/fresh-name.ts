/** A name that is not taken, beginning with `base`; it is taken from then on. */
export function freshName(base: string, taken: Set<string>): string {
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}#${count}`;
  taken.add(name);
  return name;
}
