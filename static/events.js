// What is done on a component: told to the page, and again with every run until the page has heard
// it, for a message that comes while the page is being drawn can be lost on its way. The number of
// an event only grows, by which the page counts each once (ui/shell/callbacks.py).
export const newOutbox = () => {
  let waiting = [];
  let last = 0;
  let send = null;
  const post = () => send("events", { events: waiting });
  return {
    emit(kind, details = {}) {
      last = Math.max(Date.now(), last + 1);
      waiting = [...waiting, { id: last, kind, ...details }];
      post();
    },
    // Takes note of a run of the page: how to reach it, and the last event that it has heard.
    repeat(setTriggerValue, heard) {
      send = setTriggerValue;
      waiting = waiting.filter((event) => event.id > heard);
      if (waiting.length) post();
    },
  };
};
