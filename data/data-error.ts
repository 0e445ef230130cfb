/** What can be wrong with data; each has its page in the table of codes, `dlc explain DLC6101`. */
export type DataCode =
  | "DLC6101"
  | "DLC6102"
  | "DLC6103"
  | "DLC6104"
  | "DLC6105"
  | "DLC6106"
  | "DLC6107"
  | "DLC6108"
  | "DLC6109"
  | "DLC6110"
  | "DLC6111"
  | "DLC6112"
  | "DLC6113";

/** Where in a source a fault is. */
export interface DataPlace {
  /** The row of the source, from 0. */
  readonly row?: number;
  /** The line of a text file, from 1. */
  readonly line?: number;
  /** The column of a table, by name or by number from 0. */
  readonly column?: string;
}

/** A fault in a source as plain data, so that a worker can send it. */
export interface DataFault extends DataPlace {
  readonly code: DataCode;
  readonly message: string;
  readonly file: string;
}

/** Bad data, a user's and no bug: whoever opens or reads sources turns it into a diagnostic. */
export class DataError extends Error {
  readonly fault: DataFault;

  /** The message begins with the file and, where it is known, the line: `iris.csv:17: …`. */
  constructor(code: DataCode, file: string, reason: string, place: DataPlace = {}) {
    const message = `${file}${place.line === undefined ? "" : `:${place.line}`}: ${reason}`;
    super(message);
    this.name = "DataError";
    this.fault = { code, message, file, ...place };
  }

  get code(): DataCode {
    return this.fault.code;
  }

  get file(): string {
    return this.fault.file;
  }

  get row(): number | undefined {
    return this.fault.row;
  }
}

/** The error that a fault was made from, on the other side of a worker. */
export function errorOfFault(fault: DataFault): DataError {
  const { code, message, file, ...place } = fault;
  const prefix = `${file}${place.line === undefined ? "" : `:${place.line}`}: `;
  return new DataError(code, file, message.slice(prefix.length), place);
}
