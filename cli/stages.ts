/** What `dlc inspect --stage` takes, from left to right along the line of rooms. */
export const stages = ["ast", "types", "graph", "kernels", "loops", "memory", "wat"] as const;

export type Stage = (typeof stages)[number];
