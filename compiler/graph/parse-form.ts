import {
  add,
  atomForm,
  axis,
  constant,
  dim,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  negate,
  scale,
  subtract,
  type Form,
} from "../integers/index.ts";
import type { Guard } from "./expr.ts";
import {
  accept,
  cursorOf,
  expect,
  fail,
  isAt,
  peek,
  takeList,
  takeName,
  takeNumber,
  type Cursor,
} from "./tokens.ts";

/** The names that are axes where a form stands; any other name is a dim. */
export type Scope = ReadonlySet<string>;

/** A form on its own, `floor((H - 1) / 2) + i`; `axes` are the names in it that are axes. */
export function parseForm(text: string, axes: readonly string[] = []): Form {
  const cursor = cursorOf(text);
  const form = takeForm(cursor, new Set(axes));
  if (peek(cursor).kind !== "end") fail(cursor, "the end");
  return form;
}

/** `a >= b`, `a > b`, `a <= b`, `a < b` or `a == b`, all as a form ≥ 0 or = 0. */
export function takeGuard(cursor: Cursor, scope: Scope): Guard {
  const left = takeForm(cursor, scope);
  const difference = (sign: 1 | -1, slack: number): Form =>
    subtract(scale(subtract(left, takeForm(cursor, scope)), sign), constant(slack));
  if (accept(cursor, ">=")) return { relation: "nonnegative", form: difference(1, 0) };
  if (accept(cursor, "<=")) return { relation: "nonnegative", form: difference(-1, 0) };
  if (accept(cursor, ">")) return { relation: "nonnegative", form: difference(1, 1) };
  if (accept(cursor, "<")) return { relation: "nonnegative", form: difference(-1, 1) };
  expect(cursor, "==");
  return { relation: "zero", form: difference(1, 0) };
}

export function takeForm(cursor: Cursor, scope: Scope): Form {
  return takeRestOfSum(cursor, scope, takeSignedTerm(cursor, scope));
}

function takeSignedTerm(cursor: Cursor, scope: Scope): Form {
  return accept(cursor, "-") ? negate(takeTerm(cursor, scope)) : takeTerm(cursor, scope);
}

function takeRestOfSum(cursor: Cursor, scope: Scope, first: Form): Form {
  let sum = first;
  for (;;) {
    if (accept(cursor, "+")) sum = add(sum, takeTerm(cursor, scope));
    else if (accept(cursor, "-")) sum = subtract(sum, takeTerm(cursor, scope));
    else return sum;
  }
}

/** `3*i*j/2`, `i % 4`. A division by anything but a number is left to `floor`. */
function takeTerm(cursor: Cursor, scope: Scope): Form {
  let product = takeFactor(cursor, scope);
  for (;;) {
    if (accept(cursor, "*")) product = multiply(product, takeFactor(cursor, scope));
    else if (accept(cursor, "%")) product = modulo(product, takeFactor(cursor, scope));
    else if (isAt(cursor, "/") && peek(cursor, 1).kind === "number") {
      expect(cursor, "/");
      product = scale(product, 1, takeWhole(cursor));
    } else return product;
  }
}

function takeFactor(cursor: Cursor, scope: Scope): Form {
  const { kind } = peek(cursor);
  if (kind === "number") return constant(takeWhole(cursor));
  if (accept(cursor, "(")) return takeGroup(cursor, scope);
  if (isAt(cursor, "(", 1)) {
    if (accept(cursor, "floor")) return takeFloor(cursor, scope);
    if (accept(cursor, "min")) return minimum(...takePair(cursor, scope));
    if (accept(cursor, "max")) return maximum(...takePair(cursor, scope));
  }
  if (kind !== "word" && kind !== "name") fail(cursor, "a size or an index");
  const name = takeName(cursor);
  if (!accept(cursor, "[")) return scope.has(name) ? axis(name) : dim(name);
  return atomForm({ kind: "read", operand: name, at: takeForms(cursor, scope) });
}

/** `(a + b)`, or an integer read with its range, `(ids[n] in 0..V)`. */
function takeGroup(cursor: Cursor, scope: Scope): Form {
  const inner = takeForm(cursor, scope);
  const read = inner.terms[0]?.factors[0];
  if (!accept(cursor, "in")) {
    expect(cursor, ")");
    return inner;
  }
  if (read?.kind !== "read" || inner.key !== atomForm(read).key) fail(cursor, "a range only after a read");
  const low = isAt(cursor, "..") ? undefined : takeForm(cursor, scope);
  expect(cursor, "..");
  const high = isAt(cursor, ")") ? undefined : takeForm(cursor, scope);
  expect(cursor, ")");
  return atomForm({ ...read, ...(low && { low }), ...(high && { high }) });
}

/** `floor(p / q)`; p is one term, or a sum in parentheses. `floor(i/2)` by a number is the same. */
function takeFloor(cursor: Cursor, scope: Scope): Form {
  expect(cursor, "(");
  const first = takeSignedTerm(cursor, scope);
  const quotient = accept(cursor, "/")
    ? floorDivide(first, takeFactor(cursor, scope))
    : floorDivide(takeRestOfSum(cursor, scope, first), constant(1));
  expect(cursor, ")");
  return quotient;
}

function takePair(cursor: Cursor, scope: Scope): [Form, Form] {
  expect(cursor, "(");
  const left = takeForm(cursor, scope);
  expect(cursor, ",");
  const right = takeForm(cursor, scope);
  expect(cursor, ")");
  return [left, right];
}

/** The forms up to a closing bracket, which is taken. */
export function takeForms(cursor: Cursor, scope: Scope): readonly Form[] {
  return takeList(cursor, "]", () => takeForm(cursor, scope));
}

export function takeWhole(cursor: Cursor): number {
  if (!Number.isSafeInteger(Number(peek(cursor).text))) fail(cursor, "a whole number");
  return takeNumber(cursor);
}
