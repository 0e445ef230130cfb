import { codeEntry, codes, explain, isCode } from "../compiler/diagnostics/index.ts";
import { CallError, exitCodes, type ExitCode } from "./exit.ts";
import { colours, say, sayJson } from "./terminal.ts";

/** Prints the page of a code, or without one a line for each code there is. */
export function explainCode(given: string | undefined, { json }: { readonly json?: boolean }): ExitCode {
  if (given === undefined) list(json === true);
  else page(given, json === true);
  return exitCodes.done;
}

function list(json: boolean): void {
  const all = Object.keys(codes).filter(isCode);
  if (json) {
    sayJson(all.map((code) => ({ code, severity: codeEntry(code).severity, title: codeEntry(code).title })));
    return;
  }
  for (const code of all) say(`${code}  ${codeEntry(code).severity.padEnd(7)}  ${codeEntry(code).title}`);
}

function page(given: string, json: boolean): void {
  const code = given.toUpperCase().replace(/^(?=\d)/, "DLC");
  const text = explain(code);
  if (text === undefined || !isCode(code)) {
    throw new CallError(`there is no code ${given}; dlc explain lists them all`);
  }
  if (json) sayJson({ code, ...codeEntry(code) });
  else say(paint(text).trimEnd());
}

/** The heading in bold on a terminal; of two examples the first fails, the second is its repair. */
function paint(text: string): string {
  const paints = colours(process.stdout);
  const examples = text.split("```dl").length - 1;
  let place = 0;
  return text
    .replace(/^# (.*)$/gm, (_, heading: string) => paints.bold(heading))
    .replace(/^```dl\n([\s\S]*?)^```$/gm, (_, code: string) => {
      const caption = examples === 2 ? `${paints.bold(place++ === 0 ? "fails" : "repaired")}\n\n` : "";
      return `${caption}${code.replace(/^(?=.)/gm, "    ").trimEnd()}`;
    });
}
