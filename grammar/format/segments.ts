import type * as ast from "../ast.ts";
import { Sign } from "../tokens.ts";
import type { Piece } from "./pieces.ts";

/** A run of pieces that begins a line: a statement, a header with its `{`, a `}`, a comment of its own. */
export interface Segment {
  readonly pieces: Piece[];
  /** Blocks around it. */
  readonly level: number;
  blankBefore: boolean;
  /** Places in `pieces` where a statement follows another on the same line. */
  readonly joints: readonly number[];
  /** The form to take if `pieces` do not fit on one line: a block written on one line, fields side by side. */
  readonly otherwise: readonly Segment[] | undefined;
}

/** Cuts the pieces of a file into segments, along its tree. */
export function segmentsOf(file: ast.FileNode, pieces: readonly Piece[]): readonly Segment[] {
  let next = 0;

  const until = (offset: number): Piece[] => {
    const from = next;
    while ((pieces[next]?.start ?? Infinity) < offset) next += 1;
    return pieces.slice(from, next);
  };

  const segment = (level: number, list: Piece[], more: Partial<Segment> = {}): Segment => ({
    pieces: list,
    level,
    blankBefore: (list[0]?.breaks ?? 0) > 1,
    joints: [],
    otherwise: undefined,
    ...more,
  });

  /** Comments before an item; one on the line of the piece before it stays there. */
  const comments = (into: Segment[], level: number, offset: number): void => {
    for (const comment of until(offset)) {
      const last = into.at(-1);
      if (comment.breaks === 0 && last) append(last, comment);
      else into.push(segment(level, [comment]));
    }
  };

  const block = (into: Segment[], level: number, body: ast.Block, fields: boolean): void => {
    const close = body.span.end - 1;
    const first = into.length;
    items(into, level + 1, body.statements, fields, close);
    const inner = into[first];
    if (inner && first > 0) inner.blankBefore = false;
    into.push(segment(level, until(body.span.end), { blankBefore: false }));
  };

  const item = (into: Segment[], level: number, node: ast.Declaration | ast.Statement): void => {
    const body = blockOf(node);
    if (!body) {
      into.push(segment(level, until(node.span.end)));
      return;
    }
    const from = next;
    const split: Segment[] = [segment(level, until(body.span.start + 1))];
    block(split, level, body, node.kind === "train");
    const all = pieces.slice(from, next);
    if (mayStandOnOneLine(body, all)) into.push(segment(level, all, { otherwise: split }));
    else into.push(...split);
  };

  const items = (
    into: Segment[],
    level: number,
    nodes: readonly (ast.Declaration | ast.Statement)[],
    fields: boolean,
    end: number,
  ): void => {
    for (let at = 0; at < nodes.length; at += 1) {
      const node = nodes[at];
      if (!node) continue;
      const before = into.length;
      comments(into, level, node.span.start);
      let last = at;
      if (fields && isField(node)) {
        for (let after = nodes[last + 1]; after && isField(after); after = nodes[last + 1]) {
          if (!sameLine(after.span.start)) break;
          last += 1;
        }
      }
      if (last > at) {
        into.push(shared(level, nodes.slice(at, last + 1)));
        at = last;
      } else item(into, level, node);
      if (level === 0) separate(into, before, node, nodes[at - 1]);
    }
    comments(into, level, end);
  };

  /** Whether the pieces up to the one at an offset stand on the line of the next piece, no comment among them. */
  const sameLine = (offset: number): boolean => {
    for (let at = next + 1; at < pieces.length; at += 1) {
      const piece = pieces[at];
      if (!piece?.type || piece.breaks > 0) return false;
      if (piece.start === offset) return true;
    }
    return false;
  };

  const shared = (level: number, nodes: readonly (ast.Declaration | ast.Statement)[]): Segment => {
    const parts = nodes.map((node) => segment(level, until(node.span.end)));
    let length = 0;
    const joints = parts.slice(0, -1).map((part) => (length += part.pieces.length));
    return segment(
      level,
      parts.flatMap((part) => part.pieces),
      { joints, otherwise: parts },
    );
  };

  const all: Segment[] = [];
  items(all, 0, file.declarations, false, Infinity);
  const first = all[0];
  if (first) first.blankBefore = false;
  return all;
}

/** Puts a comment behind a segment, in each form that it may take. */
function append(segment: Segment, comment: Piece): void {
  segment.pieces.push(comment);
  const last = segment.otherwise?.at(-1);
  if (last) append(last, comment);
}

/** A declaration with a block or with documentation stands apart from the one before it. */
function separate(
  into: readonly Segment[],
  from: number,
  node: ast.Declaration | ast.Statement,
  previous: ast.Declaration | ast.Statement | undefined,
): void {
  if (!previous) return;
  const plain = (one: ast.Declaration | ast.Statement): boolean =>
    one.kind === "import" || one.kind === "constant" || (one.kind === "function" && !blockOf(one));
  const documented = "doc" in node && node.doc !== undefined;
  if (previous.kind === node.kind && plain(node) && !documented) return;
  if (plain(node) && plain(previous) && !documented && node.kind !== "import" && previous.kind !== "import")
    return;
  // The blank line goes before the comments that stand directly before the declaration.
  let at = into.length - 1;
  for (let index = from; index < into.length; index += 1) {
    if (into[index]?.pieces[0]?.start === node.span.start) at = index;
  }
  while (at > from && !into[at]?.blankBefore) at -= 1;
  const first = into[at];
  if (first) first.blankBefore = true;
}

function blockOf(node: ast.Declaration | ast.Statement): ast.Block | undefined {
  return "body" in node && node.body.kind === "block" ? node.body : undefined;
}

/** One statement, or none, written on one line. */
function mayStandOnOneLine(body: ast.Block, pieces: readonly Piece[]): boolean {
  const { start, end } = body.span;
  if (pieces.some((piece) => !piece.type)) return false;
  if (pieces.some((piece) => piece.start > start && piece.end <= end && piece.breaks > 0)) return false;
  const [first, second] = body.statements;
  return second === undefined && !(first && blockOf(first));
}

/** `batch = 64`: what may stand beside others of its kind. */
function isField(node: ast.Declaration | ast.Statement): boolean {
  if (node.kind !== "equation" || node.targets.length !== 1 || node.alias) return false;
  const [target] = node.targets;
  if (!target || target.binders.length > 0 || target.type) return false;
  const value = node.value.kind === "unary" ? node.value.operand : node.value;
  return value.kind === "int" || value.kind === "float" || value.kind === "bool" || value.kind === "string";
}

/** Whether a piece opens the block that ends a header. */
export function opensBlock(segment: Segment, index: number): boolean {
  const piece = segment.pieces[index];
  const after = segment.pieces.slice(index + 1);
  return index > 0 && piece?.type === Sign.openCurly && after.every((one) => !one.type);
}
