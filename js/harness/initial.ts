/** Made from xwidget/inspector/page/contract.py by `python -m scripts.contract`. */
import type { Traits } from "../src/kernel/contract";

const empty = () => new DataView(new ArrayBuffer(0));

/** The traits of an Inspector before the first run. */
export const initial = (): Omit<Traits, "_portable"> => ({
  _image: empty(),
  _reference: empty(),
  _frame: empty(),
  _classes: [],
  _trace: {},
  _checks: {},
  _variants: [],
  _kept: {},
  _progress: {},
  _words: {"games": {"preservation": {"keeps": true, "enough": 0.85, "says": "This alone makes the net say {name}: {score} (photo {image}).", "says_short": "With this alone the net gives {name} {score} (photo {image})."}, "deletion": {"keeps": false, "enough": 0.5, "says": "Taken away: without this the net gives {name} {score} (photo {image}).", "says_short": "Taken away, but without this the net still gives {name} {score} (photo {image})."}, "generation": {"keeps": true, "enough": 0.85, "says": "This alone makes the net say {name}: {score} (photo {image}).", "says_short": "With this alone the net gives {name} {score} (photo {image})."}, "repression": {"keeps": false, "enough": 0.5, "says": "Left out: with all the rest the net gives {name} {score} (photo {image}).", "says_short": "Left out, but with all the rest the net still gives {name} {score} (photo {image})."}}, "edited": "With this alone the net gives {name} {score} (photo {image}).", "defended": "With the defense, it gives {name} {score}."},
  _probed: {},
  _choices: {"game": ["preservation", "deletion", "generation", "repression"], "defense": ["auto", "paper", "directional", "clamp", "none"], "about": {"game": {"preservation": "The least of the photo that must stay for the net to keep the class.", "deletion": "The least of the photo without which the net no longer says the class.", "generation": "The least of the photo that alone makes the net say the class.", "repression": "The least of the photo that must stay away to keep the class away."}, "defense": {"auto": "The one that serves the game best.", "paper": "A unit of the net that does more than in the photo no longer counts.", "directional": "No unit of the net is pushed further than where it is in the photo.", "clamp": "Every unit of the net is held within what it does in the photo.", "none": "Off: shows why one is needed, as noise can then bring almost any class."}}, "alternatives": {"game": {"preservation": ["deletion", "generation", "repression"], "deletion": ["preservation", "generation", "repression"], "generation": ["preservation", "deletion", "repression"], "repression": ["preservation", "deletion", "generation"]}, "defense": {"auto": ["none"], "paper": ["none"], "directional": ["none"], "clamp": ["none"], "none": ["auto"]}}},
  _net_name: "",
  _live: false,
  status: "idle",
  error: "",
  game: "generation",
  defense: "auto",
  iterations: 70,
  sparsity: "auto",
  target: 0,
  iteration: 0,
  _follow: true,
  _probe: empty(),
  _command: {},
});
