/** `feedback.json` of a district folder: its shape, and whether each of its texts is one that the channels take. */
import { checkFeedback } from '#domain/feedback/check-rules.ts';
import type { Department, DistrictHead } from '#schemas/district.ts';
import type { FeedbackRules } from '#schemas/feedback.ts';
import type { FolderReader } from './district-reader.ts';

export const FEEDBACK_FILE = 'feedback.json';

export function checkFeedbackRules(
  folder: FolderReader,
  feedback: FeedbackRules,
  head: Pick<DistrictHead, 'ticketPrefix'>,
  departments: readonly Department[],
): void {
  for (const { path, problem, remedy } of checkFeedback(feedback, { ...head, departments })) {
    folder.add(FEEDBACK_FILE, undefined, path, problem, remedy);
  }
}
