-- purpose: what a user was told and was taken back is told of by what happened instead
-- params: destination, subject, event, user_id, system_id, taken_back, at
UPDATE notices
SET "at" = $at
WHERE destination = $destination AND subject = $subject AND event = $event
  AND user_id = $user_id AND system_id = $system_id AND "at" = $taken_back
