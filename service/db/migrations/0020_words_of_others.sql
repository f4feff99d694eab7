-- What is told of one report beside another, and what a receiver wrote, is for who may see those records.

-- Whether a team of the actor's may see the record of the report of a reference.
CREATE FUNCTION actor_sees_record(reference text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(public.actor_tier(public.actor_report(reference)) >= 'D3', false)
$$;

-- That two reports are linked, cut from each other or merged, and why, is told to who may see the record of both, as the link
-- itself is (`link_seen`): another team of the one report learns neither the reference of the other nor what was said of it.
ALTER POLICY case_event_seen ON case_event USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = case_event.report_id
            AND (queue_item.team = case_event.team
                 OR case_event.team IS NULL AND (case_event.kind <> 'message_came' OR queue_item.tier >= 'D3')
                 OR case_event.shared AND queue_item.tier >= 'D3'))
    AND CASE WHEN case_event.kind IN ('linked', 'cut', 'merged', 'merged_in')
             THEN actor_sees_record(coalesce(case_event.detail ->> 'reference', case_event.detail ->> 'into')) ELSE true END);

-- That a receiver answered is for all who see the notification; what it wrote may say what the report says.
REVOKE SELECT ON acknowledgement FROM evenlode_console;
GRANT SELECT (id, delivery_id, at, by, verdict) ON acknowledgement TO evenlode_console;
CREATE FUNCTION acknowledgement_words(said uuid) RETURNS TABLE (their_reference text, note text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT answer.their_reference, answer.note
    FROM public.acknowledgement AS answer JOIN public.delivery AS sent ON sent.id = answer.delivery_id
    WHERE answer.id = said
      AND EXISTS (SELECT FROM public.queue_item AS item WHERE item.report_id = sent.report_id
                  AND item.team = ANY (public.actor_teams()) AND (item.team = sent.recipient OR item.tier >= 'D3'))
$$;

REVOKE EXECUTE ON FUNCTION actor_sees_record(text), acknowledgement_words(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION actor_sees_record(text), acknowledgement_words(uuid) TO evenlode_console;
