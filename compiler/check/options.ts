/** Where sources come from: files, an editor's buffers, a page. */
export interface CheckHost {
  /** The text of a source; undefined where there is none. Library modules are asked for as `std.nn`. */
  readonly read: (path: string) => string | undefined;
  /** The source that `import data { … }` in `from` means: `data.dl` beside it. */
  readonly resolve: (module: string, from: string) => string;
}

export interface CheckOptions {
  /** Only this model. */
  readonly model?: string | undefined;
  /** Hyper-parameters of the model instead of their defaults. */
  readonly set?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Whether `train` blocks, and the data that they name, are looked at too. */
  readonly train?: boolean | undefined;
  readonly weights?: GivenWeights | undefined;
}

/** Shape and dtype of each tensor of a weights file. */
export interface GivenWeights {
  /** As messages call it. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>;
}
