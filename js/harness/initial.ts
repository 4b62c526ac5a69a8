/** Made from xwidget/inspector/page/contract.py by `python -m scripts.contract`. */
import type { Traits } from "../src/kernel/contract";

const empty = () => new DataView(new ArrayBuffer(0));

/** The traits of an Inspector before the first run. */
export const initial = (): Omit<Traits, "_portable"> => ({
  _image: empty(),
  _reference: empty(),
  _geometry: {},
  _frame: empty(),
  _kept: {},
  _words: {"games": {"preservation": {"summary": "The least of the photo that must stay for the network to keep the class.", "keeps": true, "enough": 0.85, "says": "This alone makes the network say {name}: {score} (photo {image}).", "says_short": "With this alone, the network scores {name} {score} (photo {image}).", "says_score": "This alone brings “{name}” up: {score} (photo {image})."}, "deletion": {"summary": "The least of the photo without which the network no longer says the class.", "keeps": false, "enough": 0.5, "says": "Taken away: without this, the network scores {name} {score} (photo {image}).", "says_short": "Without this, the network still scores {name} {score} (photo {image}).", "says_score": "Taken away: without this, the network scores {name} {score} (photo {image})."}, "generation": {"summary": "The least of the photo that alone makes the network say the class.", "keeps": true, "enough": 0.85, "says": "This alone makes the network say {name}: {score} (photo {image}).", "says_short": "With this alone, the network scores {name} {score} (photo {image}).", "says_score": "This alone brings “{name}” up: {score} (photo {image})."}, "repression": {"summary": "The least of the photo that must stay away to keep the class away.", "keeps": false, "enough": 0.5, "says": "Left out: with all the rest, the network scores {name} {score} (photo {image}).", "says_short": "With all the rest, the network still scores {name} {score} (photo {image}).", "says_score": "Left out: with all the rest, the network scores {name} {score} (photo {image})."}}, "seen": 0.05, "edited": "With this alone, the network scores {name} {score} (photo {image}).", "undefended": ["none"], "defended": "With the defense, it gives {name} {score}."},
  _live: false,
  target: 0,
  iteration: 0,
  _follow: true,
  _classes: [],
  _settings: {"fields": [{"name": "game", "label": "Game", "symbol": "", "title": "", "summary": "", "line": "{}", "at_once": true, "kind": "choice", "choices": [{"name": "preservation", "summary": "The least of the photo that must stay for the network to keep the class.", "said": "preservation"}, {"name": "deletion", "summary": "The least of the photo without which the network no longer says the class.", "said": "deletion"}, {"name": "generation", "summary": "The least of the photo that alone makes the network say the class.", "said": "generation"}, {"name": "repression", "summary": "The least of the photo that must stay away to keep the class away.", "said": "repression"}]}, {"name": "defense", "label": "Defense", "symbol": "", "title": "Keeps out noise that only this network sees", "summary": "", "line": "{}", "at_once": true, "kind": "choice", "choices": [{"name": "auto", "summary": "The one that serves the game best.", "said": "auto defense"}, {"name": "paper", "summary": "A unit of the network that does more than in the photo no longer counts.", "said": "paper defense"}, {"name": "directional", "summary": "No unit of the network is pushed further than where it is in the photo.", "said": "directional defense"}, {"name": "clamp", "summary": "Every unit of the network is held within what it does in the photo.", "said": "clamp defense"}, {"name": "none", "summary": "Off: shows why one is needed, as noise can then bring almost any class.", "said": "no defense"}]}, {"name": "iterations", "label": "Iterations", "symbol": "", "title": "", "summary": "The most that a run takes, and that “Run more” adds.", "line": "{} iterations", "at_once": false, "kind": "number", "whole": true, "least": 1, "most": 100000, "step": 10}, {"name": "sparsity", "label": "Sparsity", "symbol": "λ", "title": "", "summary": "The price of each pixel shown: the higher it is, the less is shown. Auto begins without one, raises it while the mask still does its work, and rewards showing more (a push) where the search has stalled.", "line": "λ {}", "at_once": true, "kind": "weight", "most": 1000000.0, "first": 0.0001}], "note": "Changing game, defense or λ starts a new run. Changing iterations takes effect with the next run."},
  game: "generation",
  defense: "auto",
  iterations: 70,
  sparsity: "auto",
  _progress: {},
  _trace: {},
  _checks: {},
  _net_name: "",
  status: "idle",
  error: "",
  _comparisons: {"game": {"label": "The four games", "title": "Runs the games that have not run yet", "others": {"preservation": ["deletion", "generation", "repression"], "deletion": ["preservation", "generation", "repression"], "generation": ["preservation", "deletion", "repression"], "repression": ["preservation", "deletion", "generation"]}}, "defense": {"label": "Defense on | off", "title": "Runs this game without a defense, too", "others": {"auto": ["none"], "paper": ["none"], "directional": ["none"], "clamp": ["none"], "none": ["auto"]}}},
  _variants: [],
  _edited: empty(),
  _tested: {},
  _methods: [],
  _beside: [],
  _measured: [],
  _beside_kept: {},
  _tokens: [],
  _beside_script: "",
  _annotate: "",
  _findings: {},
  _formats: [{"name": "explanation", "label": "Save Explanation", "title": "With the masks of all kept iterations, for xw.Explanation.load"}, {"name": "last masks", "label": "Save last masks only", "title": "The Explanation without its earlier iterations"}, {"name": "page", "label": "Export page (HTML)", "title": "One file that works without a kernel"}],
  _command: {},
});
