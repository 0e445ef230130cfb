import type { Span } from "../diagnostics/source.ts";
import type { Guard } from "../graph/expr.ts";
import {
  add,
  constantOf,
  findCounterExample,
  mentions,
  prove,
  showForm,
  showName,
  type Form,
} from "../integers/index.ts";
import type { Context } from "./checker-types.ts";
import { boundsGuards } from "./conditions.ts";
import { isPostponed, leastGuard } from "./obligations.ts";
import { tellIn } from "./session.ts";
import { showInteger } from "./show-integer.ts";

/** One subscript on one axis. */
export interface Subscripted {
  readonly form: Form;
  readonly length: Form;
  readonly span: Span;
}

/** D4.2: every subscript of an unguarded read lies within its axis, by proof. */
export function proveBounds(subscript: Subscripted, array: string, context: Context): void {
  const { form, length, span } = subscript;
  for (const guard of boundsGuards(form, length)) {
    const verdict = prove(guard, context.facts);
    if (verdict === "proved") continue;
    if (verdict === "undecided" && context.builder.mode === "declaration") continue;
    if (
      verdict === "undecided" &&
      isPostponed(leastGuard(guard, context.axes, context.facts), context.builder)
    )
      continue;
    const example = findCounterExample(guard, context.facts);
    const values = [...(example?.values ?? [])].filter(([name]) => !name.includes("#"));
    const shown = showInteger("subscript", form, span, context.builder);
    tellIn(context.builder, "DLC3006", {
      message:
        verdict === "refuted"
          ? `${array} is read outside: ${shown} never lies in 0..${showForm(length)}`
          : `${array} may be read outside: ${shown} is not known to lie in 0..${showForm(length)}`,
      span,
      notes:
        values.length === 0
          ? []
          : [
              {
                text: `for example with ${values.map(([name, value]) => `${showName(name)} = ${value}`).join(", ")}`,
              },
            ],
      help: [...helpWithEnd(subscript), ...helpWithRange(subscript, verdict), ...ways],
    });
    return;
  }
}

const ways = [
  "say what lies outside: `(x[…] else 0)`",
  "or keep the subscript inside: `clamp(…)`, or a narrower range of its index",
];

/** `x[n, -1]`, which elsewhere is the last place. */
function helpWithEnd({ form, length }: Subscripted): readonly string[] {
  const place = constantOf(form);
  if (place === undefined || place >= 0) return [];
  return [`places are not counted from the end: that would be ${showForm(add(length, form))}`];
}

/** A number of a tensor whose range nobody has declared. */
function helpWithRange({ form, length }: Subscripted, verdict: string): readonly string[] {
  if (verdict !== "undecided" || !mentions(form, (atom) => atom.kind === "read")) return [];
  return [`declare which numbers there are: \`i32[…] in 0..${showForm(length)}\` is checked at each call`];
}

/** D4.3: the guards of a read that are not proved superfluous. */
export function neededGuards(subscripts: readonly Subscripted[], context: Context): readonly Guard[] {
  return subscripts
    .flatMap(({ form, length }) => boundsGuards(form, length))
    .filter((guard) => prove(guard, context.facts) !== "proved");
}
