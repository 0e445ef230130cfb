/** What the exit code of the command says. */
export const exitCodes = {
  done: 0,
  /** A source, a weights file, an image, a folder: what the command was given. */
  inputAtFault: 1,
  /** An unknown option, a missing argument: how it was called. */
  callAtFault: 2,
  /** sysexits.h calls it EX_SOFTWARE. */
  bug: 70,
  /** As shells count what a SIGINT ended: a training was told to stop, and has. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Something that was given can't be used; the message is one line. */
export class InputError extends Error {}

/** The command was called wrongly; the message is one line. */
export class CallError extends Error {}

/** What to print for an error, and the exit code. Whatever nobody foresaw is a bug. */
export function explainError(
  error: unknown,
  showStack: boolean,
): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof InputError) return { text: `error: ${error.message}`, code: exitCodes.inputAtFault };
  if (error instanceof CallError) return { text: `error: ${error.message}`, code: exitCodes.callAtFault };
  const message = error instanceof Error ? error.message : String(error);
  const stack = showStack && error instanceof Error ? `\n${error.stack ?? ""}` : "";
  const lines = [
    `dlc itself is at fault: ${message.replace(/^bug: /, "")}`,
    "Please report it, with the source and the command as typed, and what DLC_STACK=1 adds to this message.",
  ];
  return { text: `${lines.join("\n")}${stack}`, code: exitCodes.bug };
}

/** Why the system refused to read or write, in words; undefined for an error that is not the system's. */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return reasons[error.code] ?? (/^E[A-Z]+$/.test(error.code) ? error.code : undefined);
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the quota of disk space is used up",
  EEXIST: "something is in the way",
  EFBIG: "the file would be larger than the system permits",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "there is no such file",
  ENOSPC: "no space is left",
  ENOTDIR: "a part of the path is not a folder",
  EPERM: "the system does not permit it",
  EROFS: "it is on a read-only file system",
};
