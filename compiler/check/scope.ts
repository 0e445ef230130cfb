import type { Span } from "../diagnostics/source.ts";
import type { Builder, Context, Entity, Scope, Session, Value } from "./checker-types.ts";
import type { Particulars } from "../diagnostics/index.ts";
import { libraryModuleOf } from "./library.ts";
import { tell, tellIn } from "./session.ts";
import { foreignName } from "./foreign-names.ts";
import { suggest } from "./suggest.ts";
import { errorValue } from "./value.ts";

export function newScope(outer: Scope | undefined, builder: Builder | undefined): Scope {
  return { outer, entities: new Map(), builder, prelude: false };
}

export function known(name: string, span: Span | undefined, value: Value): Entity {
  return { name, span, state: "done", value, evaluate: () => value };
}

export function lazy(name: string, span: Span, evaluate: () => Value): Entity {
  return { name, span, state: "new", value: errorValue, evaluate };
}

export interface Found {
  readonly entity: Entity;
  readonly scope: Scope;
}

export function find(name: string, scope: Scope | undefined): Found | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const entity = at.entities.get(name);
    if (entity !== undefined) return { entity, scope: at };
  }
  return undefined;
}

/** The turns of the repetitions in which a scope lies (D2.1), the outermost first. */
export function turnLabels(scope: Scope): readonly string[] {
  const labels: string[] = [];
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer)
    labels.unshift(...(at.labels ?? []));
  return labels;
}

/** Adds a name, unless it is defined already here or around (D1.1). */
export function define(session: Session, scope: Scope, entity: Entity): void {
  const other = find(entity.name, scope);
  if (other !== undefined && !other.scope.prelude) {
    const here = other.scope === scope;
    tell(session, here ? "DLC2002" : "DLC2003", {
      message: here
        ? `\`${entity.name}\` is defined twice`
        : `\`${entity.name}\` would hide a name that is defined around it`,
      span: entity.span,
      notes: other.entity.span ? [{ text: "it is defined here", span: other.entity.span }] : [],
      help: ["choose another name for one of them"],
    });
    if (here) return;
  }
  scope.entities.set(entity.name, entity);
}

/** As `define`, for a name that stands anew in each turn of a scan: the next value of a state, in scans in each other. */
export function defineNew(session: Session, scope: Scope, entity: Entity): void {
  if (!entity.name.endsWith("'") || scope.entities.has(entity.name)) define(session, scope, entity);
  else scope.entities.set(entity.name, entity);
}

export function valueOf(entity: Entity, session: Session): Value {
  if (entity.state === "done") return entity.value;
  if (entity.state === "busy") {
    reportCycle(entity, session);
    return errorValue;
  }
  entity.state = "busy";
  session.evaluating.push(entity);
  try {
    entity.value = entity.evaluate();
  } finally {
    session.evaluating.pop();
    entity.state = "done";
  }
  return entity.value;
}

function reportCycle(entity: Entity, session: Session): void {
  const { evaluating } = session;
  const place = evaluating.lastIndexOf(entity);
  const cycle = evaluating.slice(place).map(({ name }) => name);
  const chain = [...cycle, entity.name].join(" → ");
  // Also where a trial comes upon it: the equations are marked as evaluated by then.
  tell({ ...session, diagnostics: session.certain }, "DLC2004", {
    message:
      cycle.length === 1
        ? `\`${entity.name}\` is defined by itself`
        : `these equations go in a circle: ${chain}`,
    span: entity.span,
    notes: evaluating
      .slice(place + 1)
      .flatMap(({ name, span }) => (span ? [{ text: `through \`${name}\``, span }] : [])),
    help: ["only a carried name or a state may depend on its own earlier value"],
  });
}

/** All names that are visible, for "did you mean". */
function visibleNames(context: Context): readonly string[] {
  const names = [...context.indices.keys()];
  for (let at: Scope | undefined = context.scope; at !== undefined; at = at.outer)
    names.push(...at.entities.keys());
  return names;
}

export function reportUnknown(name: string, span: Span, context: Context): void {
  const module = libraryModuleOf(name, context.builder.session.host);
  const guess = module === undefined ? suggest(name, visibleNames(context)) : undefined;
  const elsewhere = foreignName(name);
  tellIn(context.builder, "DLC2001", {
    message: `there is no \`${name}\` here`,
    span,
    ...(elsewhere !== undefined && { help: [elsewhere] }),
    ...(module !== undefined && toImport(name, module, span)),
    ...(guess !== undefined && {
      help: [`did you mean \`${guess}\`?`],
      fix: { title: `write \`${guess}\``, edits: [{ span, text: guess }] },
    }),
  });
}

function toImport(name: string, module: string, { source }: Span): Pick<Particulars, "help" | "fix"> {
  const line = `import ${module} { ${name} }`;
  const start = { source, start: 0, end: 0 };
  return {
    help: [`the library has it: \`${line}\``],
    fix: { title: `import \`${name}\``, edits: [{ span: start, text: `${line}\n` }] },
  };
}
