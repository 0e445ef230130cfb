/** The names of the prelude that say which file an input of a data declaration comes from. */
export const readers = ["idx", "csv", "npy", "json", "words", "characters", "images"] as const;
