import fc from "fast-check";
import { expect, it } from "vitest";
import { createEventReader } from "./sse.js";

it("reads the same events, however the stream is cut", () => {
  const text =
    'event: state\ndata: {"a":1}\n\n: a comment\n\ndata: one\ndata: two\n\nevent: point\ndata: {}\n\nevent: half';
  const events = [
    { event: "state", data: '{"a":1}' },
    { event: "message", data: "one\ntwo" },
    { event: "point", data: "{}" },
  ];
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const read = createEventReader();
      const ends = [...cuts, text.length].toSorted((one, other) => one - other);
      const got = ends.flatMap((end, index) => read(text.slice(ends[index - 1] ?? 0, end)));
      expect(got).toEqual(events);
    }),
  );
});
