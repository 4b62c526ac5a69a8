/** On a page without a kernel a person takes the answers along as a file. */
import { download } from "../../support/files";
import type { GuessView } from "../view";

/** As in xwidget/lessons/answers.py. */
const [FORMAT, VERSION] = ["xwidget answers", 1];

export function Saving({ view: { guessing } }: { view: GuessView }) {
  const answers = guessing.answers.value;
  if (!guessing.store.portable.value || answers.length === 0) return null;
  const save = () => {
    const question = guessing.asked.peek()?.question;
    const file = {
      ...{ format: FORMAT, version: VERSION, lesson: document.title, student: "" },
      ...{ lesson_id: question?.id ?? "", answers, questions: question ? [question] : [] },
    };
    download("answers.json", JSON.stringify(file, null, 1));
  };
  return (
    <button type="button" class="xw-guess-save" onClick={save}>
      Save my answer
    </button>
  );
}
