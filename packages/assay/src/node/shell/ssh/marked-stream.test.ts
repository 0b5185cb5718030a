import fc from "fast-check";
import { expect, test } from "vitest";
import { MarkedStream } from "./marked-stream.ts";

const marker = "assay-0a1b2c";

function split(chunks: readonly Uint8Array[]) {
  const seen = { before: [] as number[], lines: [] as string[], after: [] as number[] };
  const stream = new MarkedStream(marker, {
    onBefore: (chunk) => seen.before.push(...chunk),
    onMarker: (line) => seen.lines.push(line),
    onAfter: (chunk) => seen.after.push(...chunk),
  });
  for (const chunk of chunks) stream.push(chunk);
  stream.end();
  return seen;
}

const noMarker = fc
  .oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom("assay-", "assay-0a1b2", "aassay-0a1b2", "assay-assay-").map((text) => Buffer.from(text)),
  )
  .map((bytes) => Buffer.from(bytes))
  .filter((bytes) => !bytes.includes(marker));

test("finds the marker wherever the chunks are cut", () => {
  const cuts = fc.array(fc.nat(120), { maxLength: 8 });
  fc.assert(
    fc.property(noMarker, noMarker, cuts, (before, after, positions) => {
      const stream = Buffer.concat([before, Buffer.from(`${marker} 0 s\n`), after]);
      const sorted = [0, ...positions.map((at) => at % stream.length), stream.length].sort(
        (left, right) => left - right,
      );
      const chunks = sorted.slice(1).map((end, index) => stream.subarray(sorted[index], end));
      expect(split(chunks)).toEqual({ before: [...before], lines: [" 0 s"], after: [...after] });
    }),
  );
});

test("gives everything as it is when no marker comes", () => {
  fc.assert(
    fc.property(noMarker, noMarker, (first, second) => {
      fc.pre(!Buffer.concat([first, second]).includes(marker));
      expect(split([first, second])).toEqual({ before: [...first, ...second], lines: [], after: [] });
    }),
  );
});

test("a terminal's line end belongs to the line end", () => {
  expect(split([Buffer.from(`${marker} 12\r\nx`)])).toEqual({ before: [], lines: [" 12"], after: [0x78] });
});
