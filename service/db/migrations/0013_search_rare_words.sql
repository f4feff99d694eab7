-- Search in two steps, since the planner cannot know how often a word occurs. Otherwise as in 0011.
-- A common word fills the page from the newest reports; what does not is rare enough for the index of words.
CREATE OR REPLACE FUNCTION search_reports(query text, most integer, after uuid DEFAULT NULL) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    teams text[] := public.actor_teams();
    wanted tsquery := websearch_to_tsquery('simple', query) || websearch_to_tsquery('english', query);
    own tsquery;
    found_new uuid[];
BEGIN
    SELECT string_agg(quote_literal(chr(1) || team), ' | ')::tsquery INTO own FROM unnest(teams) AS team;
    IF own IS NULL OR numnode(wanted) = 0 THEN
        RETURN;
    END IF;
    PERFORM public.search_catch_up(200);
    wanted := own && wanted;
    most := least(most, 1000);
    found_new := array(
        SELECT DISTINCT document.report_id
        FROM (
            SELECT * FROM public.search_document AS newest
            WHERE after IS NULL OR newest.report_id < after ORDER BY newest.report_id DESC LIMIT 3000
        ) AS document
        WHERE document.words @@ wanted AND EXISTS (
            SELECT FROM public.queue_item AS item
            WHERE item.report_id = document.report_id AND item.team = ANY (teams)
              AND CASE document.depth WHEN 'record' THEN item.tier >= 'D3' WHEN 'summary' THEN item.tier >= 'D2'
                  ELSE true END)
        ORDER BY document.report_id DESC LIMIT most);
    IF cardinality(found_new) >= most THEN
        RETURN QUERY SELECT unnest(found_new);
        RETURN;
    END IF;
    RETURN QUERY
        -- Without order or limit here, so that nothing but the index of words is worth its while.
        WITH holding AS MATERIALIZED (
            SELECT document.report_id, document.depth FROM public.search_document AS document
            WHERE document.words @@ wanted AND (after IS NULL OR document.report_id < after)
        )
        SELECT DISTINCT newest.report_id
        FROM (SELECT * FROM holding ORDER BY report_id DESC OFFSET 0) AS newest
        -- One after another, until the page is full: nearly all are the actor's, by the team among the words.
        WHERE (SELECT true FROM public.queue_item AS item
               WHERE item.report_id = newest.report_id AND item.team = ANY (teams)
                 AND CASE newest.depth WHEN 'record' THEN item.tier >= 'D3' WHEN 'summary' THEN item.tier >= 'D2'
                     ELSE true END
               LIMIT 1)
        ORDER BY newest.report_id DESC
        LIMIT most;
END $$;
