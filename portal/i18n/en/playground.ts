const behaviours: Readonly<Record<string, string>> = {
  ok: 'Takes it',
  '500': '500',
  timeout: 'No answer',
  '410': '410',
  slow: 'Slow',
};

export const playground = {
  title: 'Playground',
  subtitle:
    'Only in the local run: publish events as the helpdesk does, and see what your webhooks make of them.',
  publish: 'Publish an event',
  publishText: 'It takes the whole way: event bus, queue, plan, signed callback.',
  data: 'Data',
  notJson: 'must be JSON',
  publishNow: 'Publish',
  published: 'Published',
  reset: 'Back to the example',
  receiver: 'Demo receiver',
  receiverText: 'Choose how it answers from now on.',
  behaviours,
  received: 'Received by the demo receiver',
  nothingReceived: 'Nothing yet. Publish an event.',
  verified: 'Verified',
  refused: 'Not verified',
  unanswered: 'no answer',
};
