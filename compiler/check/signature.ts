import type {
  Block,
  EntryStatement,
  Expr,
  Fact,
  Formal,
  Formals,
  FunctionDeclaration,
  Type,
  UnitDeclaration,
} from "../../grammar/ast.ts";
import { walk } from "./syntax-walk.ts";

/** The header of a function, layer or model, taken apart. */
export interface Lists {
  /** What is chosen when it is written; undefined where there is no such list. */
  readonly hypers: Formals | undefined;
  /** What flows. */
  readonly tensors: Formals | undefined;
}

/**
 * Two lists are hyper-parameters and tensors. One is tensors, but of a declaration with entries, whose tensors are
 * theirs, hyper-parameters.
 */
export function listsOf(declaration: FunctionDeclaration | UnitDeclaration): Lists {
  const [first, second] = declaration.signature.lists;
  if (second !== undefined) return { hypers: first, tensors: second };
  if (declaration.kind !== "function" && entriesOf(declaration).length > 0)
    return { hypers: first, tensors: undefined };
  return { hypers: undefined, tensors: first };
}

export function entriesOf(declaration: UnitDeclaration): readonly EntryStatement[] {
  return declaration.body.statements.filter((statement) => statement.kind === "entry");
}

/** The inputs, the results and the conditions of one way into a declaration. */
export interface Way {
  readonly inputs: readonly Formal[];
  readonly results: readonly Formal[];
  readonly where: readonly Fact[];
  /** The block of an entry, besides that of its declaration. */
  readonly entry: EntryStatement | undefined;
}

/** `forward` is what a header without entries has; undefined for an entry that does not exist. */
export function wayInto(declaration: FunctionDeclaration | UnitDeclaration, name: string): Way | undefined {
  if (declaration.kind !== "function") {
    const entry = entriesOf(declaration).find((one) => one.name.text === name);
    if (entry !== undefined) {
      const { lists, results, where } = entry.signature;
      return { inputs: lists.flatMap(({ items }) => items), results: results?.items ?? [], where, entry };
    }
    if (name !== "forward" || entriesOf(declaration).length > 0) return undefined;
  }
  const { tensors } = listsOf(declaration);
  const { results } = declaration.signature;
  return { inputs: tensors?.items ?? [], results: results?.items ?? [], where: [], entry: undefined };
}

export function wayNames(declaration: UnitDeclaration): readonly string[] {
  const names = entriesOf(declaration).map(({ name }) => name.text);
  return names.length === 0 ? ["forward"] : names;
}

export function isScalarType(type: Type | undefined): boolean {
  return type === undefined || (type.kind === "named-type" && type.dims.length === 0);
}

/**
 * True where all is numbers, so that the function is a formula: it is put in where it is applied, and applied to
 * tensors entry by entry.
 */
export function isFormula(declaration: FunctionDeclaration): boolean {
  const { tensors } = listsOf(declaration);
  const { results } = declaration.signature;
  if (!(tensors?.items ?? []).every(({ type }) => isScalarType(type))) return false;
  if (!(results?.items ?? []).every(({ type }) => isScalarType(type))) return false;
  if ((results?.items.length ?? 1) !== 1 || takesGradient(declaration.body)) return false;
  return declaration.body.kind !== "block" || isFormulaBlock(declaration.body);
}

/** What is differentiated by has to be a tensor with a name. */
function takesGradient(body: Block | Expr): boolean {
  if (body.kind === "block") {
    return body.statements.some(
      (statement) => statement.kind === "equation" && takesGradient(statement.value),
    );
  }
  let found = false;
  walk(body, (expr) => {
    if (expr.kind === "call" && expr.callee.kind === "name" && expr.callee.text === "grad") found = true;
    return undefined;
  });
  return found;
}

function isFormulaBlock(block: Block): boolean {
  return block.statements.every(
    (statement) =>
      statement.kind === "equation" &&
      statement.targets.length === 1 &&
      statement.targets.every(
        ({ binders, primed, type }) => binders.length === 0 && !primed && isScalarType(type),
      ),
  );
}
