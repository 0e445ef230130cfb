import { expect, it } from "vitest";
import { errorPicture, picturePath } from "../../tools/picture.mjs";
import { readRepositoryFile } from "./repository-files.ts";

it("the README shows what dlc check says today (npm run picture)", () => {
  const picture = errorPicture();
  expect(readRepositoryFile(picturePath)).toBe(picture);
  expect(readRepositoryFile("README.md")).toContain(`](${picturePath})`);
  // Both sizes: what the weights want and what the image gives.
  expect(picture).toMatch(/\b400\b/);
  expect(picture).toMatch(/\b256\b/);
});
