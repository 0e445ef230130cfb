import type { Declaration, ImportDeclaration, Name } from "../../grammar/ast.ts";
import { parse } from "../../grammar/index.ts";
import type { Source } from "../diagnostics/source.ts";
import { noFacts } from "../integers/index.ts";
import type { Builder, Module, Session } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { libraryModules } from "./library.ts";
import { define, known, lazy, newScope } from "./scope.ts";
import { tell } from "./session.ts";
import { suggest } from "./suggest.ts";
import { errorValue } from "./value.ts";

/** Loads a source and all that it imports; undefined where there is none. `chain` has who imports whom. */
export function loadModule(
  path: string,
  session: Session,
  chain: readonly string[] = [],
): Module | undefined {
  const known = session.modules.get(path);
  if (known !== undefined) return known;
  const text = session.host.read(path);
  if (text === undefined) return undefined;
  const library = path.startsWith("std.");
  const source: Source = { path: library ? `${path.replaceAll(".", "/")}.dl` : path, text };
  const { file, diagnostics } = parse(source);
  for (const one of diagnostics)
    session.diagnostics.set(`${one.code} ${path} ${one.span?.start ?? ""} ${one.message}`, one);
  const module: Module = { path, source, file, scope: newScope(session.prelude, undefined), library };
  session.modules.set(path, module);
  for (const declaration of file.declarations)
    defineDeclaration(declaration, module, session, [...chain, path]);
  return module;
}

function defineDeclaration(
  declaration: Declaration,
  module: Module,
  session: Session,
  chain: readonly string[],
): void {
  const { scope } = module;
  switch (declaration.kind) {
    case "import":
      importNames(declaration, module, session, chain);
      return;
    case "function": {
      const { name } = declaration;
      define(session, scope, known(name.text, name.span, { kind: "function", declaration, scope }));
      return;
    }
    case "layer":
    case "model":
    case "optimizer":
    case "data": {
      const { name } = declaration;
      define(session, scope, known(name.text, name.span, { kind: "unit", declaration, scope }));
      return;
    }
    case "constant": {
      const { name, value } = declaration;
      define(
        session,
        scope,
        lazy(name.text, name.span, () =>
          evaluate(value, newContext(constantBuilder(session, name.text), scope)),
        ),
      );
      return;
    }
    case "train":
    case "error":
      return;
    default:
      return declaration satisfies never;
  }
}

function importNames(
  declaration: ImportDeclaration,
  module: Module,
  session: Session,
  chain: readonly string[],
): void {
  const [first] = declaration.path;
  const dotted = declaration.path.map(({ text }) => text).join(".");
  const path = first?.text === "std" ? dotted : session.host.resolve(dotted, module.path);
  const cycle = chain.indexOf(path);
  const failed = (): void => {
    for (const name of declaration.names)
      define(session, module.scope, known(name.text, name.span, errorValue));
  };
  if (cycle >= 0) {
    tell(session, "DLC2006", {
      message: `files import each other in a circle: ${[...chain.slice(cycle), path].join(" → ")}`,
      span: declaration.span,
      help: ["move what both need into a third file"],
    });
    failed();
    return;
  }
  const target = loadModule(path, session, chain);
  if (target === undefined) {
    const guess = suggest(dotted, libraryModules);
    tell(session, "DLC2005", {
      message: `there is no module \`${dotted}\``,
      span:
        first === undefined
          ? declaration.span
          : { ...first.span, end: declaration.path.at(-1)?.span.end ?? first.span.end },
      help: [
        first?.text === "std"
          ? guess === undefined
            ? `the library has ${libraryModules.join(", ")}`
            : `did you mean \`${guess}\`?`
          : `it would be the file ${path}`,
      ],
    });
    failed();
    return;
  }
  for (const name of declaration.names) importName(name, dotted, target, module, session);
}

function importName(name: Name, dotted: string, target: Module, module: Module, session: Session): void {
  const entity = target.scope.entities.get(name.text);
  const before = module.scope.entities.get(name.text);
  if (before !== undefined) {
    tell(session, "DLC2008", {
      message: `\`${name.text}\` is imported twice`,
      span: name.span,
      notes: before.span ? [{ text: "it is known from here", span: before.span }] : [],
    });
    return;
  }
  if (entity === undefined) {
    const guess = suggest(name.text, [...target.scope.entities.keys()]);
    tell(session, "DLC2007", {
      message: `\`${dotted}\` has no \`${name.text}\``,
      span: name.span,
      help: [guess === undefined ? `it has ${namesIn(target).join(", ")}` : `did you mean \`${guess}\`?`],
      fix:
        guess === undefined
          ? undefined
          : { title: `import \`${guess}\``, edits: [{ span: name.span, text: guess }] },
    });
    module.scope.entities.set(name.text, known(name.text, name.span, errorValue));
    return;
  }
  module.scope.entities.set(name.text, { ...entity, span: name.span, evaluate: entity.evaluate });
}

/** What a module declares itself, in the order of its text. */
function namesIn({ file }: Module): readonly string[] {
  return file.declarations.flatMap((declared) => ("name" in declared ? [declared.name.text] : []));
}

/** For what stands in a file outside of all declarations. */
export function constantBuilder(session: Session, name: string): Builder {
  return {
    identity: session,
    session,
    name,
    mode: "instance",
    training: false,
    streams: { next: 0 },
    real: "f32",
    facts: noFacts,
    certain: noFacts,
    inputs: [],
    bindings: [],
    scans: [],
    turns: [],
    params: new Map(),
    states: new Map(),
    updates: [],
    obligations: undefined,
    totals: undefined,
    nested: false,
    names: new Set(),
    freeDims: new Set(),
    outer: undefined,
    captures: [],
    slots: 0,
    frame: undefined,
    depth: 0,
    kinds: new Map(),
    applied: new Map(),
  };
}
