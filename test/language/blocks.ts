/** A fenced block of a page. */
export interface Block {
  /** That of its opening fence, from 1. */
  readonly line: number;
  readonly info: string;
  readonly text: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let line = 0; line < lines.length; line += 1) {
    const info = /^```(.*)$/.exec(lines[line] ?? "")?.[1];
    if (info === undefined) continue;
    const end = lines.indexOf("```", line + 1);
    if (end < 0) throw new Error(`the block that begins on line ${line + 1} has no end`);
    blocks.push({ line: line + 1, info, text: `${lines.slice(line + 1, end).join("\n")}\n` });
    line = end;
  }
  return blocks;
}
