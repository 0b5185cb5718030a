import { expect, test } from "vitest";
import { defaultMirrorsOf } from "./default-mirrors.ts";

// As mmdebstrap 1.3 and 1.4 (Debian 12, Ubuntu 24.04) write them, with other addresses.
const PROGRAM = `sub create_sources {
    my $suite     = shift;
    my $mirror    = 'http://mirror.example.org/debian';
    my $secmirror = 'http://security.example.org/debian-security';
    if ($suite eq 'stable') {`;

test("the addresses stand in the program", () => {
  expect(defaultMirrorsOf(PROGRAM)).toEqual({
    main: "http://mirror.example.org/debian",
    security: "http://security.example.org/debian-security",
  });
});

test("another program names none", () => {
  expect(defaultMirrorsOf("#!/bin/sh\nmirror='http://mirror.example.org'\n")).toBeUndefined();
});
