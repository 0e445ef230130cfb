import type { DataFault } from "./data-error.ts";
import type { FeedOrder, FeedSource } from "./feeder.ts";
import type { OpenOptions, SourceSpec } from "./open-source.ts";
import type { Source, TensorData } from "./source.ts";

/** What is known of a source that is open elsewhere. */
export type SourceFacts = Pick<Source, "file" | "dtype" | "shape" | "meta" | "isInMemory">;

/** What the thread that trains asks of the one that reads. Each request has a number, which its answer repeats. */
export type ReaderRequest =
  | { readonly kind: "open"; readonly id: number; readonly spec: SourceSpec; readonly options: OpenOptions }
  | { readonly kind: "rows"; readonly id: number; readonly source: number; readonly rows: Int32Array }
  | { readonly kind: "whole"; readonly id: number; readonly source: number }
  | { readonly kind: "close"; readonly id: number; readonly source: number }
  | { readonly kind: "feed"; readonly id: number; readonly feed: FeedSpec }
  | { readonly kind: "batch"; readonly id: number; readonly feed: number; readonly order: FeedOrder };

/** A data declaration whose examples are to be made where its sources are read. */
export interface FeedSpec {
  /** The numbers of its sources in their order, and which of their rows count, where not all do. */
  readonly sources: readonly { readonly source: number; readonly rows: Int32Array | undefined }[];
  readonly declared: readonly FeedSource[];
  readonly module: ModuleText;
  readonly dims: Readonly<Record<string, number>>;
}

/** A module that was compiled of a data declaration. */
export interface ModuleText {
  readonly name: string;
  readonly javascript: string;
  readonly weights: Uint8Array;
  /** Of its random draws. */
  readonly seed: number;
}

export type ReaderAnswer =
  | { readonly kind: "opened"; readonly id: number; readonly source: number; readonly facts: SourceFacts }
  | { readonly kind: "values"; readonly id: number; readonly values: TensorData }
  | { readonly kind: "closed"; readonly id: number }
  | { readonly kind: "fed"; readonly id: number; readonly feed: number }
  | { readonly kind: "examples"; readonly id: number; readonly values: Readonly<Record<string, TensorData>> }
  | { readonly kind: "refused"; readonly id: number; readonly message: string }
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
