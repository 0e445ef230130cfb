import type { DataFault } from "./data-error.ts";
import type { OpenOptions, SourceSpec } from "./open-source.ts";
import type { Source, TensorData } from "./source.ts";

/** What is known of a source that is open elsewhere. */
export type SourceFacts = Pick<Source, "file" | "dtype" | "shape" | "meta" | "isInMemory">;

/** What the thread that trains asks of the one that reads. Each request has a number, which its answer repeats. */
export type ReaderRequest =
  | { readonly kind: "open"; readonly id: number; readonly spec: SourceSpec; readonly options: OpenOptions }
  | { readonly kind: "rows"; readonly id: number; readonly source: number; readonly rows: Int32Array }
  | { readonly kind: "whole"; readonly id: number; readonly source: number }
  | { readonly kind: "close"; readonly id: number; readonly source: number };

export type ReaderAnswer =
  | { readonly kind: "opened"; readonly id: number; readonly source: number; readonly facts: SourceFacts }
  | { readonly kind: "values"; readonly id: number; readonly values: TensorData }
  | { readonly kind: "closed"; readonly id: number }
  | { readonly kind: "fault"; readonly id: number; readonly fault: DataFault }
  | { readonly kind: "bug"; readonly id: number; readonly message: string };

/** One end of a channel between two threads. */
export interface Port<Sent, Received> {
  /** Sends a message; the buffers in `moved` change hands and are not copied. */
  readonly post: (message: Sent, moved: readonly ArrayBuffer[]) => void;
  readonly listen: (receive: (message: Received) => void) => void;
}

/** The end that the training thread holds, with the thread itself. */
export interface ReaderThread extends Port<ReaderRequest, ReaderAnswer> {
  /** Called when the thread ends or fails by itself. */
  readonly onEnd: (ended: (why: string) => void) => void;
  readonly terminate: () => Promise<void>;
}
