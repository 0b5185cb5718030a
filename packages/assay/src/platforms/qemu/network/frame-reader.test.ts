import { expect, test } from "vitest";
import { FrameReader } from "./frame-reader.ts";

function frame(text: string): Buffer {
  const bytes = Buffer.alloc(4 + text.length);
  bytes.writeUInt32BE(text.length);
  bytes.write(text, 4);
  return bytes;
}
const texts = (frames: readonly Buffer[]): string[] => frames.map((each) => each.subarray(4).toString());

test("frames come out whole, wherever the stream is cut", () => {
  const stream = Buffer.concat([frame("one"), frame(""), frame("twenty-two")]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const reader = new FrameReader();
    const found = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
    expect(texts(found)).toEqual(["one", "", "twenty-two"]);
    expect(reader.rest).toHaveLength(0);
  }
});

test("another reader goes on with the beginning of a frame", () => {
  const stream = frame("handed over");
  const first = new FrameReader();
  expect(first.push(stream.subarray(0, 7))).toEqual([]);
  expect(texts(new FrameReader(first.rest).push(stream.subarray(7)))).toEqual(["handed over"]);
});

test("a length that no frame has is told", () => {
  expect(() => new FrameReader().push(Buffer.from("GET / HTTP/1.1"))).toThrow(RangeError);
});
