/** A data declaration whose module can't take its data: memory that isn't there, say. The message is one line. */
export class FeedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FeedError";
  }
}
