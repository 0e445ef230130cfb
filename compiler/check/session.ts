import { report, type Code, type Diagnostic, type Particulars } from "../diagnostics/index.ts";
import type { Builder } from "./builder.ts";
import type { Module } from "./modules.ts";
import type { Entity, Scope } from "./scope.ts";
import type { Instantiated } from "./instantiate.ts";
import type { Origin } from "./origins.ts";
import type { Application } from "./typed.ts";

/** Where sources come from: files, an editor's buffers, a page. */
export interface CheckHost {
  /** The text of a source; undefined where there is none. Library modules are asked for as `std.nn`. */
  readonly read: (path: string) => string | undefined;
  /** The source that `import data { … }` in `from` means: `data.dl` beside it. */
  readonly resolve: (module: string, from: string) => string;
}

/** Shape and dtype of each tensor of a weights file. */
export interface GivenWeights {
  /** As messages call it. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>;
}

export interface CheckOptions {
  /** Only this model. */
  readonly model?: string | undefined;
  /** Hyper-parameters of the model instead of their defaults. */
  readonly set?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly weights?: GivenWeights | undefined;
}

/** What one call of `check` knows and has said. */
export interface Session {
  readonly host: CheckHost;
  readonly options: CheckOptions;
  readonly modules: Map<string, Module>;
  /** By declaration, hyper-parameters, entry, input types and facts; undefined where it has failed. */
  readonly bodies: Map<string, Instantiated | undefined>;
  readonly failed: Set<string>;
  readonly inProgress: Set<string>;
  /** How deeply applications are nested at the moment. */
  readonly depth: { value: number };
  /** What messages about weights need to know of an application. */
  readonly sites: WeakMap<Application, Site>;
  readonly diagnostics: Map<string, Diagnostic>;
  /** The same, but in a trial, whose own are thrown away. */
  readonly certain: Map<string, Diagnostic>;
  /** Numbers for scopes and declarations, for the keys of bodies. */
  readonly identities: Map<object, number>;
  readonly prelude: Scope;
  /** The names whose values are being found out, innermost last. */
  readonly evaluating: Entity[];
}

/** One cause is told once, however often it is met. */
export function tell(session: Session, code: Code, particulars: Particulars): void {
  const { span } = particulars;
  const key =
    span === undefined ? `${code} ${particulars.message}` : `${code} ${span.source.path} ${span.start}`;
  if (!session.diagnostics.has(key)) session.diagnostics.set(key, report(code, particulars));
}

/** Tells of something in a body, with the applications through which it is met. */
export function tellIn(builder: Builder, code: Code, particulars: Particulars): void {
  const notes = [...(particulars.notes ?? [])];
  for (let frame = builder.frame; frame !== undefined; frame = frame.outer) {
    notes.push({ text: `in ${frame.name}, applied here`, span: frame.span });
  }
  tell(builder.session, code, { ...particulars, notes });
}

export function identityOf(session: Session, thing: object): number {
  const known = session.identities.get(thing);
  if (known !== undefined) return known;
  const next = session.identities.size;
  session.identities.set(thing, next);
  return next;
}

export function hasErrors(session: Session): boolean {
  return [...session.diagnostics.values()].some(({ severity }) => severity === "error");
}

export interface Site {
  /** `conv1`, `maxPool2d`. */
  readonly name: string;
  /** Which instance expression made what is applied; none for a function. */
  readonly made: string | undefined;
  /** Of each argument, in the order of the header. */
  readonly origins: readonly (Origin | undefined)[];
}
