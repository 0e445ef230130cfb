/** A tensor of a block that a local function reads, wherever that function is applied. */
export interface Capture {
  /** The identity of the builder of the block. */
  readonly owner: object;
  /** Its name there. */
  readonly operand: string;
  /** The input by which it is read here. */
  readonly input: string;
}
