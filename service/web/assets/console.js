// The console's script. What it does is in the modules beside it; every page works without, but for passkeys.
import { listen } from "./console/keys.js";
import { passkeys } from "./console/passkeys.js";

passkeys();
listen();
