/* POST /api/readings: the content type chooses the codec. */
#include "gateway/binary.h"
#include "gateway/csv_codec.h"
#include "gateway/json.h"
#include "gateway_http.h"

static Rc decode_json(Req *req, Incoming *in)
{
    return json_decode(&req->ctx, req->body, &in->sink);
}

static Rc decode_binary(Req *req, Incoming *in)
{
    return binary_decode(&req->ctx, req->body, &in->sink);
}

static Rc decode_csv(Req *req, Incoming *in)
{
    CsvDecoder *d = csv_new(&in->sink);
    Rc rc = csv_feed(&req->ctx, d, req->body);
    if (rc >= 0) rc = csv_end(&req->ctx, d);
    csv_free(&d);
    return rc;
}

static const struct {
    const char *type;
    Rc (*decode)(Req *req, Incoming *in);
    size_t usual; /* bytes of a reading */
} codecs[] = {
    {"application/json", decode_json, 44},
    {"text/csv", decode_csv, 32},
    {BINARY_MEDIA_TYPE, decode_binary, 12},
};

Rc handle_readings(Req *req, Res *res)
{
    Str header = req_header(req, "Content-Type");
    Str type = str_trim(str_cut(&header, ';'));
    for (size_t i = 0; i < ARRAY_LEN(codecs); i++) {
        if (type.n && !str_ieq(type, str_of(codecs[i].type))) continue;
        Incoming *in;
        TRY(incoming_new(req, &in));
        batch_expect(in->batch, req->body.n / codecs[i].usual + 16);
        return incoming_finish(in, res, codecs[i].decode(req, in));
    }
    return FAIL(&req->ctx, RC_MEDIA, "readings.media_type",
                "内容类型应为 application/json、text/csv 或 " BINARY_MEDIA_TYPE,
                "the content type must be application/json, text/csv or " BINARY_MEDIA_TYPE);
}
