import { expect, test } from "vitest";
import { withoutCommands } from "./build-server-commands.ts";

test.each([
  ["::error::no", ": :error::no"],
  ["a\n \t::stop-commands::x\nb", "a\n \t: :stop-commands::x\nb"],
  ["said ##[error]no and ##vso[task.complete]", "said # #[error]no and # #vso[task.complete]"],
  ["std::string a::b ## [x]", "std::string a::b ## [x]"],
])("%j is shown as %j", (text, shown) => {
  expect(withoutCommands(text)).toBe(shown);
});
