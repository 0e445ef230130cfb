import { report } from "../compiler/diagnostics/report.ts";
import type { Diagnostic, Fix } from "../compiler/diagnostics/diagnostic.ts";
import type { Span } from "../compiler/diagnostics/source.ts";
import type { Expr, Guarded, If, Reduction } from "./ast.ts";

/**
 * Mistakes that have a message of their own: the grammar lets nothing else stand in their place, so
 * they are read as what was meant, said, and reading goes on.
 */
type Complain = (diagnostic: Diagnostic) => void;

/** `x[i - 1] else 0` outside brackets: `value` is all that stands before the `else`. */
export function bareGuard(value: Expr, word: Span, otherwise: Expr, complain: Complain): Expr {
  const guarded = guardedBy(value);
  const wrap = guarded ?? value;
  complain(
    report("DLC1009", {
      message: guarded ? "put the guard in brackets" : "this `else` belongs to no `if` and guards no read",
      span: word,
      label: guarded ? `guards ${textOf(guarded.span)}, so it stands in round brackets with it` : undefined,
      help: guarded ? [`write (${textOf(guarded.span)} else …)`] : [],
      fix: guarded && brackets("put the guard in brackets", guarded.span.start, guardEnd(value, otherwise)),
    }),
  );
  const span = { ...wrap.span, end: otherwise.span.end };
  return wrap === value ? ({ kind: "guarded", value, otherwise, span } satisfies Guarded) : value;
}

/** After `if c then x[i] else 0`, a further `else` means that the first one was a guard. */
function guardedBy(value: Expr): Expr | undefined {
  return value.kind === "if" ? lastOperand(value.then) : lastOperand(value);
}

function guardEnd(value: Expr, otherwise: Expr): Span {
  return value.kind === "if" ? (value satisfies If).otherwise.span : otherwise.span;
}

/** The read or reduction with which an expression ends. */
function lastOperand(expr: Expr): Expr | undefined {
  switch (expr.kind) {
    case "read":
      return expr;
    case "reduction":
      return lastRead(expr.body) ?? expr;
    case "binary":
      return lastOperand(expr.right);
    case "unary":
      return lastOperand(expr.operand);
    default:
      return undefined;
  }
}

function lastRead(expr: Expr): Expr | undefined {
  const last = lastOperand(expr);
  return last?.kind === "read" ? last : undefined;
}

/** `x |> f + 1`: read as `(x |> f) + 1`. */
export function operatorAfterPipe(piped: Expr, whole: Expr, complain: Complain): Expr {
  if (whole.kind !== "binary") return whole;
  complain(
    report("DLC1010", {
      message: "put the pipe in brackets",
      span: whole.operatorSpan,
      label: `after a pipe, \`${whole.operator}\` has no left side`,
      help: [`write (${textOf(piped.span)}) ${whole.operator} …`],
      fix: brackets("put the pipe in brackets", piped.span.start, piped.span),
    }),
  );
  return whole;
}

/** `a < b < c`; `first` is the comparison on the left. */
export function chainedComparison(first: Expr, operator: Span, complain: Complain): void {
  if (first.kind !== "binary") return;
  const middle = textOf(first.right.span);
  const title = `write … ${first.operator} ${middle} and ${middle} ${textOf(operator)} …`;
  const at = { ...first.span, start: first.span.end };
  const fix: Fix = { title, edits: [{ span: at, text: ` and ${middle}` }] };
  complain(
    report("DLC1014", {
      message: "a comparison is not compared again",
      span: operator,
      label: `the left side, ${textOf(first.span)}, is true or false`,
      help: [title],
      fix,
    }),
  );
}

/** `sum[i] a[i] / sum[k] b[k]`, told for the outer reduction. */
export function reductionOverReduction(outer: Reduction, complain: Complain): void {
  for (let at = outer.body; at.kind === "binary"; at = at.left) {
    const divisor = at.right.kind === "unary" ? at.right.operand : at.right;
    if (at.operator !== "/" || divisor.kind !== "reduction") continue;
    const dividend = { ...outer.span, end: at.left.span.end };
    complain(
      report("DLC1011", {
        message: "say with brackets what is divided",
        span: at.operatorSpan,
        label: `\`${outer.operator}\` takes the whole rest of its term, this division too`,
        notes: [
          { text: `the quotient of two reductions is (${textOf(dividend)}) / (${textOf(divisor.span)})` },
          { text: `one reduction of quotients is ${textOf(dividend)} / (${textOf(divisor.span)})` },
        ],
        help: ["put both reductions in brackets"],
        fix: brackets("put both reductions in brackets", outer.span.start, dividend, divisor.span),
      }),
    );
    return;
  }
}

/** Brackets from `start` to the end of `last`, and around each further span. */
function brackets(title: string, start: number, last: Span, ...further: readonly Span[]): Fix {
  const insert = (offset: number, text: string) => ({ span: { ...last, start: offset, end: offset }, text });
  const edits = [insert(start, "("), insert(last.end, ")")];
  for (const span of further) edits.push(insert(span.start, "("), insert(span.end, ")"));
  return { title, edits };
}

/** The source of a span on one line, cut where it is long. */
function textOf(span: Span): string {
  const text = span.source.text
    .slice(span.start, span.end)
    .replace(/\s*\/\/.*$/gm, "")
    .replace(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
