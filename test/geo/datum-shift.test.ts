import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutGridFiles } from "../../src/geo/datum-shift.ts";

test.each([
  {
    given: "+proj=tmerc +ellps=airy +nadgrids=OSTN15_NTv2_OSGBtoETRS.gsb +units=m",
    plain: "+proj=tmerc +ellps=airy +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m",
  },
  {
    given: '+proj=utm +zone=55 +south +nadgrids="National 84 (02.07.01).gsb" +units=m',
    plain: "+proj=utm +zone=55 +south +towgs84=-117.763,-51.51,139.061,0.292,0.443,0.277,-0.191 +units=m",
  },
  {
    given: "+proj=utm +zone=10 +datum=NAD27 +units=m",
    plain: "+proj=utm +zone=10 +ellps=clrk66 +towgs84=-8,160,176 +units=m",
  },
  { given: "+proj=merc +nadgrids=@null +wktext", plain: "+proj=merc +nadgrids=@null +wktext" },
  { given: "+proj=sterea +ellps=clrk66 +nadgrids=NB7783v2.gsb", plain: null },
])("$given is followed as $plain", ({ given, plain }) => {
  expect(withoutGridFiles(given)).toBe(plain);
});

test("property: a definition without grid files stays as it is, and so does a plain one", () => {
  const word = fc.stringMatching(/^\+[a-z]{1,6}=[a-z0-9.]{1,6}$/).filter((text) => !/nadgrids/.test(text));
  fc.assert(
    fc.property(
      fc.array(word).map((words) => words.join(" ")),
      (definition) => {
        expect(withoutGridFiles(definition)).toBe(definition);
      },
    ),
  );
});
