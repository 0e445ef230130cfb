/** Words that a module may not bind, and what the pages of packages bind themselves. */
const taken = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let load new null package private protected public
  return static super switch tensor this throw true try typeof var void while with yield`.split(/\s+/),
);

/** The variable that JavaScript may have for a name: with an underscore behind a word of the language, or before a digit. */
export function bindingName(name: string): string {
  if (taken.has(name)) return `${name}_`;
  return /^\d/.test(name) ? `_${name}` : name;
}

/** The name in a list between braces. */
export function bindingField(name: string): string {
  const variable = bindingName(name);
  return variable === name ? name : `${name}: ${variable}`;
}
