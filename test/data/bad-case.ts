import { expect, it } from "vitest";
import { isCode } from "../../compiler/diagnostics/index.ts";
import type { Argument, DeclaredType, ReaderName } from "../../data/index.ts";
import { expectFault, open, type ExpectedFault, type Files } from "./sources.ts";

/** A source that can't be opened. Its path is `file` unless given. */
export interface Case extends ExpectedFault {
  readonly title: string;
  readonly files: Files;
  readonly reader: ReaderName;
  readonly path?: string;
  readonly given?: Readonly<Record<string, Argument>>;
  readonly type?: DeclaredType;
}

/** One bad file. */
export const fails = (content: string | Uint8Array<ArrayBuffer>): Files => ({ file: content });

/** A test for each case, which its title and code name. */
export function failCases(cases: readonly Case[]): void {
  it.each(cases)(
    "$title: $code",
    async ({ files, reader, path, given, type, title: _title, ...expected }) => {
      expect(isCode(expected.code)).toBe(true);
      await expectFault(
        open(files, reader, path ?? "file", given, type === undefined ? {} : { type }),
        expected,
      );
    },
  );
}
