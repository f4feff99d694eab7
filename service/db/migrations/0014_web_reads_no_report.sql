-- The process that faces the public takes reports in and reads none back. Of a report it knows when it came and whether
-- it is anonymous; what was said is given for the receipt itself, which only its reporter has: the web reads its hash.
REVOKE SELECT ON report FROM evenlode_web;
GRANT SELECT (id, received_at, anonymity) ON report TO evenlode_web;

-- What was said in the report of a receipt, as it was given out; nothing for any other.
CREATE FUNCTION told_to_holder(receipt text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT report.body::text
    FROM public.report_handle AS handle JOIN public.report ON report.id = handle.report_id
    WHERE handle.receipt_hash = sha256(convert_to(replace(receipt, '-', ''), 'UTF8'))
$$;
REVOKE EXECUTE ON FUNCTION told_to_holder(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION told_to_holder(text) TO evenlode_web;
