"""The archive: the record as a folder of CSV files and a manifest, written and read without loss.

Files are UTF-8 and RFC 4180, lines end in CR LF when written here, and an empty cell is null. Times are ISO 8601 in
UTC, to the microsecond; numbers are the shortest that read back as the same double. Rows stand in the order of the
record, which is part of it: of two estimates at one instant the crowd takes that of the older account first.

    forecasts.csv    slug*, question*, criteria, background, opens_at*, closes_at*, spot_at, reveal_at, resolve_by,
                     condition, condition_outcome, pair, source, claim, tags, part, position, hedged, predicts,
                     collections, simulated, created_by, created_at
    wordings.csv     forecast*, version*, question*, background, criteria, sources, fallback, annulled_if,
                     known_at_rule, opens_at*, closes_at*, resolve_by, spot_at, author, made_at, reason
    pairs.csv        slug*, title, condition*
    estimates.csv    forecast*, forecaster*, made_at*, probability* (empty withdraws), expires_at, rationale, wording,
                     evidence, via, crowd_seen
    resolutions.csv  forecast*, outcome*, known_at*, revision, decided_at, decided_by, reason, links, cause
    evidence.csv     forecast*, added_by*, added_at*, title*, url, summary, direction, likelihood_ratio, published_on
    ratings.csv      forecast*, added_by*, added_at*, url (these name the evidence), forecaster*, rated_at*, useful*,
                     likelihood_ratio
    notes.csv        forecast*, author*, made_at*, text*, is_private, reply_to, estimate
    withholdings.csv forecast*, author*, made_at* (these name the note), revision*, withheld*, decided_by, decided_at,
                     reason
    forecasters.csv  name*, is_bot, simulated, closed_at, joined_at
    sources.csv      slug*, title*, author*, publisher, url, published_on, summary
    claims.csv       source*, key*, position*, author*, premise, section, bullet, restated*, hedge_word, hedge_low,
                     hedge_high, hedge_scale, hedge_note
    imported_records.csv    forecaster*, origin*, is_public, begun_at
    imported_forecasts.csv  forecaster*, origin*, key*, question*, background, url, opened_at, closes_at, remark,
                            brought_at
    imported_estimates.csv  forecaster*, origin*, key*, made_at*, probability* (empty withdraws), rationale, remark,
                            brought_at
    imported_outcomes.csv   forecaster*, origin*, key*, revision*, outcome*, known_at*, brought_at
    collections.csv  slug*, title*, description, simulated

tags and collections are words parted by spaces; sources, links and evidence are JSON lists. A cited piece of evidence
is [added_by, added_at, url]; a cause is the condition's resolution, as slug#revision; the note that another replies to
is [author, made_at], and the estimate that it goes with is its author's of that time. true and false are written so.

Cells are written as they are, so that a spreadsheet may take a text that begins with "=" for a formula.

What was brought along from elsewhere is in the imported files, private records too: an archive is for whoever runs
the service. The files that were sent and the reports on them are not.

What a condition rules out is annulled by the import where resolutions.csv leaves it out. Nothing lies in the future but
a case that is worked ahead: a forecast whose answer is given as known, and decided, at the very close; estimates of it
may be as late as that.

Left out: passwords, e-mail, names behind names, tokens, sign-ins and roles, which belong to an installation; the
idempotency key of an estimate or a note, which means something only to the program that sent it; when a row was
recorded, which is said anew by the database that records it; and what is derived (the crowd's points; scores are export
only).
"""
