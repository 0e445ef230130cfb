import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/**
 * Where TypeScript objects to lines of code: the name of each that it refuses, and the number of the line in its file.
 * All begin alike; they stand in files of their own in `folder`, where the modules lie that they import.
 */
export function typeErrors(
  folder: string,
  start: string,
  lines: Readonly<Record<string, string>>,
): readonly (readonly [name: string | undefined, line: number])[] {
  const files = Object.entries(lines).map(([name, text], place) => {
    const path = join(folder, `types-${place}.ts`);
    writeFileSync(path, `${start}${text}\nexport {};\n`);
    return { name, path };
  });
  const program = ts.createProgram(
    files.map(({ path }) => path),
    {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
      types: [],
    },
  );
  return ts.getPreEmitDiagnostics(program).map(({ file, start: at }) => {
    const name = files.find(({ path }) => path === file?.fileName)?.name;
    return [name, (file?.getLineAndCharacterOfPosition(at ?? 0).line ?? 0) + 1];
  });
}
