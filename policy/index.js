// @ts-nocheck: what reads types is loaded here. Pulumi begins a pack with its folder, and knows its own compiler alone.
require("tsx/cjs");
require("./pack");
