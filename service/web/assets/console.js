// The console's script. What it does is in the modules beside it; every page works without, but for passkeys.
import { acknowledge } from "./console/acknowledge.js";
import { copying } from "./console/copying.js";
import { listen } from "./console/keys.js";
import { drafts } from "./console/drafts.js";
import { passkeys } from "./console/passkeys.js";
import { queue } from "./console/queue.js";
import { report } from "./console/report.js";
import { watch } from "./console/watch.js";

acknowledge();
copying();
passkeys();
drafts();
queue();
report();
watch();
listen();
