import { report, type Code, type Note, type Particulars, type Span } from "../diagnostics/index.ts";
import type { Builder, Session } from "./checker-types.ts";

/** One cause is told once, however often it is met. */
export function tell(session: Session, code: Code, particulars: Particulars): void {
  const { span } = particulars;
  const key =
    span === undefined ? `${code} ${particulars.message}` : `${code} ${span.source.path} ${span.start}`;
  if (!session.diagnostics.has(key)) session.diagnostics.set(key, report(code, particulars));
}

/** Tells of something in a body, with the applications through which it is met. */
export function tellIn(builder: Builder, code: Code, particulars: Particulars): void {
  tell(builder.session, code, {
    ...particulars,
    notes: [...(particulars.notes ?? []), ...appliedThrough(builder.frame)],
  });
}

/** The applications through which a body is met, the innermost first. */
export function appliedThrough(innermost: Builder["frame"]): readonly Note[] {
  const notes: Note[] = [];
  for (let frame = innermost; frame !== undefined; frame = frame.outer) {
    notes.push({ text: `in ${frame.name}, applied here`, span: frame.span });
  }
  return notes;
}

export function identityOf(session: Session, thing: object): number {
  const known = session.identities.get(thing);
  if (known !== undefined) return known;
  const next = session.identities.size;
  session.identities.set(thing, next);
  return next;
}

/** True where something further down in the source of this span could not be parsed. */
export function brokenBelow(session: Session, { source, end }: Span): boolean {
  return [...session.diagnostics.values()].some(
    ({ code, span }) => code.startsWith("DLC1") && span?.source === source && span.start >= end,
  );
}

export function hasErrors(session: Session): boolean {
  return [...session.diagnostics.values()].some(({ severity }) => severity === "error");
}
